"""The words of agreements: every fixed vocabulary of this app, key and Vietnamese label."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from coopportal.vocabulary import one_of

__all__ = ["one_of"]


class ProvinceKind(TextChoices):
    PROVINCE = "province", _("Tỉnh")
    MUNICIPALITY = "municipality", _("Thành phố trực thuộc Trung ương")


class PartyKind(TextChoices):
    PROVINCE = "province", _("Ủy ban nhân dân cấp tỉnh")
    MINISTRY = "ministry", _("Cơ quan cấp bộ, ngang bộ")
    DEPARTMENT = "department", _("Sở, ban, ngành")
    DISTRICTS = "districts", _("Cấp huyện")
    SECTOR = "sector", _("Ngành")
    SERVICE_CENTRE = "service_centre", _("Trung tâm phục vụ hành chính công")
    PARTY_COMMITTEE = "party_committee", _("Cơ quan Đảng")
    MASS_ORGANISATION = "mass_organisation", _("Tổ chức chính trị - xã hội")
    VNPT_GROUP = "vnpt_group", _("Tập đoàn VNPT")
    VNPT_UNIT = "vnpt_unit", _("VNPT tỉnh, thành phố")
    ENTERPRISE = "enterprise", _("Doanh nghiệp")


class Instrument(TextChoices):
    """The kind of document signed (``agreement_type`` of the ledger)."""

    STRATEGIC_AGREEMENT = "thoa_thuan_hop_tac_chien_luoc", _("Thỏa thuận hợp tác chiến lược")
    AGREEMENT = "thoa_thuan_hop_tac", _("Thỏa thuận hợp tác")
    STRATEGIC_MEMORANDUM = "ban_ghi_nho_hop_tac_chien_luoc", _("Bản ghi nhớ hợp tác chiến lược")
    MEMORANDUM = "bien_ban_ghi_nho", _("Biên bản ghi nhớ")
    PROGRAMME = "chuong_trinh_hop_tac", _("Chương trình hợp tác")
    STRATEGIC_COOPERATION = "hop_tac_chien_luoc", _("Hợp tác chiến lược (không nêu loại văn bản)")
    COOPERATION = "hop_tac", _("Hợp tác (không nêu loại văn bản)")
    SECTOR_COOPERATION = "hop_tac_nganh", _("Hợp tác với ngành")
    UNKNOWN = "unknown", _("Chưa rõ")


class Basis(TextChoices):
    """How we know: the source says it, or we read it out of what the source says."""

    EXPLICIT = "explicit", _("Nguồn nêu rõ")
    INFERRED = "inferred", _("Suy ra từ nguồn")


class LineageBasis(TextChoices):
    SOURCE = "source", _("Nguồn nêu rõ")
    OUR_READING = "our_reading", _("Cách đọc của Cổng, nguồn không nêu")


class SystemFamily(TextChoices):
    """The headings under which pages list systems; a system has one family and many categories."""

    GOVERNMENT = "government", _("Chính quyền điện tử")
    DATA_SHARING = "data_sharing", _("Kết nối, chia sẻ dữ liệu")
    OPERATIONS = "operations", _("Điều hành thông minh, an toàn thông tin")
    EDUCATION = "education", _("Giáo dục")
    SECTORS = "sectors", _("Dịch vụ ngành, đoàn thể, doanh nghiệp")
    INFRASTRUCTURE = "infrastructure", _("Hạ tầng viễn thông, CNTT")


class EventKind(TextChoices):
    SIGNING = "signing", _("Ký kết")
    COMMENDATION = "commendation", _("Khen thưởng")
    TRAINING = "training", _("Tập huấn, đào tạo")
    CONFERENCE = "conference", _("Hội nghị")
    MILESTONE = "milestone", _("Mốc triển khai")
    REORGANISATION = "reorganisation", _("Sắp xếp tổ chức")


class Side(TextChoices):
    """The two sides that sign; whoever speaks for neither has no side."""

    PARTNER = "partner", _("Tỉnh, cơ quan đối tác")
    VNPT = "vnpt", _("VNPT")


class ParticipationRole(TextChoices):
    SIGNED = "signed", _("ký")
    ATTENDED = "attended", _("dự")
    SPOKE = "spoke", _("phát biểu")
    PRESENTED = "presented", _("trình bày nội dung")
    GRANTED = "granted", _("tặng thưởng")
    HANDED_OVER = "handed_over", _("trao thưởng")
    RECEIVED = "received", _("được khen thưởng")
    TRAINED = "trained", _("được tập huấn")
    ORGANISED = "organised", _("tổ chức")


class StatementKind(TextChoices):
    OBJECTIVE = "objective", _("Mục tiêu")
    COMMITMENT = "commitment", _("Cam kết")
    PLAN = "plan", _("Kế hoạch, dự kiến")
    ASSESSMENT = "assessment", _("Đánh giá, nhận định")
    CONTEXT = "context", _("Thông tin nền")


class Qualifier(TextChoices):
    """The word that binds a figure: what is shown before the number, never dropped."""

    EXACT = "exact", _("đúng")
    OVER = "over", _("trên")
    ALMOST = "almost", _("gần")
    APPROX = "approx", _("khoảng")
    BEFORE = "before", _("trước")
    MANY = "many", _("nhiều")
    MOST = "most", _("phần lớn")
    ALL = "all", _("toàn bộ")
    SOME = "some", _("một số")
    SUFFICIENT = "sufficient", _("đủ")
    BASICALLY = "basically", _("cơ bản")
    EXPECTED = "expected", _("dự kiến")
    UNSPECIFIED = "unspecified", _("không nêu số")


class SourceScope(TextChoices):
    """Whether a source is one of the articles the portal starts with, or stands outside them."""

    ARTICLE = "article", _("Bài báo gốc")
    EXTERNAL = "external", _("Nguồn ngoài các bài báo")
    FILED = "filed", _("Văn bản do hai bên cung cấp")


class PeriodKind(TextChoices):
    """How often the parties report (Nghị định 09/2019/NĐ-CP, điều 12)."""

    MONTH = "month", _("Tháng")
    QUARTER = "quarter", _("Quý")
    HALF_YEAR = "half_year", _("6 tháng")
    YEAR = "year", _("Năm")
