"""The words of the synthetic country: what its systems, hosts, areas and reports are called."""

from __future__ import annotations

from agreements.choices import PartyKind, SystemFamily
from deliverables.choices import Aggregation, ValueKind

#: Said in the name or text of everything that is made up, so that no page shows it without.
MARK = "(minh họa)"
#: Begins the key of everything that is made up.
PREFIX = "minh-hoa"

FUNCTIONS: tuple[tuple[str, SystemFamily], ...] = (
    ("quản lý văn bản và điều hành", SystemFamily.GOVERNMENT),
    ("một cửa điện tử", SystemFamily.GOVERNMENT),
    ("cổng dịch vụ công", SystemFamily.GOVERNMENT),
    ("cổng thông tin điện tử", SystemFamily.GOVERNMENT),
    ("phòng họp không giấy tờ", SystemFamily.GOVERNMENT),
    ("hội nghị truyền hình", SystemFamily.GOVERNMENT),
    ("hệ thống thông tin báo cáo", SystemFamily.GOVERNMENT),
    ("nền tảng tích hợp dữ liệu", SystemFamily.DATA_SHARING),
    ("trục liên thông văn bản", SystemFamily.DATA_SHARING),
    ("kho dữ liệu dùng chung", SystemFamily.DATA_SHARING),
    ("trung tâm điều hành thông minh", SystemFamily.OPERATIONS),
    ("giám sát an toàn thông tin", SystemFamily.OPERATIONS),
    ("phản ánh hiện trường", SystemFamily.OPERATIONS),
    ("camera giao thông", SystemFamily.OPERATIONS),
    ("quản lý trường học", SystemFamily.EDUCATION),
    ("học trực tuyến", SystemFamily.EDUCATION),
    ("tuyển sinh đầu cấp", SystemFamily.EDUCATION),
    ("thư viện số", SystemFamily.EDUCATION),
    ("quản lý bệnh viện", SystemFamily.SECTORS),
    ("hồ sơ sức khỏe", SystemFamily.SECTORS),
    ("kê khai thuế", SystemFamily.SECTORS),
    ("hóa đơn điện tử", SystemFamily.SECTORS),
    ("biên lai điện tử", SystemFamily.SECTORS),
    ("bảo hiểm xã hội", SystemFamily.SECTORS),
    ("chữ ký số", SystemFamily.SECTORS),
    ("thông tin đất đai", SystemFamily.SECTORS),
    ("quản lý hộ tịch", SystemFamily.SECTORS),
    ("truy xuất nông sản", SystemFamily.SECTORS),
    ("bản đồ du lịch", SystemFamily.SECTORS),
    ("quản lý đoàn viên", SystemFamily.SECTORS),
    ("thanh toán trực tuyến", SystemFamily.SECTORS),
    ("đấu giá tài sản", SystemFamily.SECTORS),
    ("quản lý cán bộ", SystemFamily.SECTORS),
    ("thi đua khen thưởng", SystemFamily.SECTORS),
    ("mạng truyền số liệu", SystemFamily.INFRASTRUCTURE),
    ("trung tâm dữ liệu", SystemFamily.INFRASTRUCTURE),
    ("phủ sóng di động", SystemFamily.INFRASTRUCTURE),
    ("cáp quang đến xã", SystemFamily.INFRASTRUCTURE),
    ("điện toán đám mây", SystemFamily.INFRASTRUCTURE),
    ("tổng đài hành chính", SystemFamily.INFRASTRUCTURE),
)

HOSTS: tuple[tuple[str, PartyKind], ...] = (
    ("Sở Khoa học và Công nghệ", PartyKind.DEPARTMENT),
    ("Văn phòng UBND", PartyKind.DEPARTMENT),
    ("Sở Giáo dục và Đào tạo", PartyKind.DEPARTMENT),
    ("Sở Y tế", PartyKind.DEPARTMENT),
    ("Sở Tài chính", PartyKind.DEPARTMENT),
    ("Sở Nội vụ", PartyKind.DEPARTMENT),
    ("Trung tâm phục vụ hành chính công", PartyKind.SERVICE_CENTRE),
    ("Tỉnh đoàn", PartyKind.MASS_ORGANISATION),
    ("Hội Nông dân", PartyKind.MASS_ORGANISATION),
    ("Văn phòng Tỉnh ủy", PartyKind.PARTY_COMMITTEE),
)

AREAS = (
    "Hạ tầng viễn thông và công nghệ thông tin",
    "Chính quyền số",
    "Kinh tế số",
    "Xã hội số",
    "An toàn, an ninh thông tin",
    "Phát triển nguồn nhân lực",
)

#: key, name, unit, kind, what may be made of several, a figure that a host reaches in the end
INDICATORS: tuple[tuple[str, str, str, ValueKind, Aggregation, int], ...] = (
    ("don-vi", "Số đơn vị sử dụng", "đơn vị", ValueKind.SNAPSHOT, Aggregation.SUM, 120),
    (
        "tai-khoan",
        "Số tài khoản đã cấp",
        "tài khoản",
        ValueKind.RUNNING_TOTAL,
        Aggregation.SUM,
        4000,
    ),
    ("ho-so", "Số hồ sơ giải quyết", "hồ sơ", ValueKind.INCREMENT, Aggregation.SUM, 9000),
    (
        "truc-tuyen",
        "Tỷ lệ hồ sơ trực tuyến",
        "%",
        ValueKind.SNAPSHOT,
        Aggregation.NONE,
        100,
    ),
    ("van-ban", "Số văn bản gửi, nhận", "văn bản", ValueKind.RUNNING_TOTAL, Aggregation.SUM, 20000),
    ("lop", "Số lớp tập huấn", "lớp", ValueKind.RUNNING_TOTAL, Aggregation.SUM, 24),
    ("phan-hoi", "Thời gian phản hồi", "giờ", ValueKind.SNAPSHOT, Aggregation.MEAN, 12),
    ("xa", "Số xã có dịch vụ", "xã", ValueKind.SNAPSHOT, Aggregation.LATEST, 60),
)

NARRATIVES = (
    "Số liệu minh họa: đã cấp tài khoản và tập huấn cho cán bộ.",
    "Số liệu minh họa: đang chuyển dữ liệu từ hệ thống cũ.",
    "Số liệu minh họa: chờ kinh phí cho đợt mở rộng kế tiếp.",
    "Số liệu minh họa: chạy ổn định, không có sự cố trong kỳ.",
    "Số liệu minh họa: đã kết nối với trục liên thông, còn hai đơn vị chưa xong.",
    "",
)
COVERAGES = ("toàn tỉnh", "các sở, ngành", "cấp xã", "một số đơn vị thí điểm", "")
RETURN_REASONS = (
    "Minh họa: số liệu thấp hơn kỳ trước mà không giải thích.",
    "Minh họa: thiếu tài liệu minh chứng.",
)
DISPUTE_REASONS = (
    "Minh họa: theo dõi của phía này cho con số khác.",
    "Minh họa: hệ thống chưa đưa vào dùng như báo cáo nêu.",
)
ASIDE_REASON = "Minh họa: đã có văn bản chính thức thay bài viết này."
