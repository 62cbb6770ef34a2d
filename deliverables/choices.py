"""The words of delivery: stages and their groups, sides of a report, states and allowed transitions."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from agreements.choices import one_of

__all__ = ["one_of"]


class DeliverableKind(TextChoices):
    """A deployment puts a system into service; the others are undertaken beside it."""

    DEPLOYMENT = "deployment", _("Triển khai hệ thống")
    INTEGRATION = "integration", _("Tích hợp, kết nối")
    INFRASTRUCTURE = "infrastructure", _("Hạ tầng")
    INVESTMENT = "investment", _("Đầu tư")
    TRAINING = "training", _("Đào tạo, nhân lực")
    SERVICE = "service", _("Dịch vụ, tư vấn")


class Stage(TextChoices):
    """How far a deliverable has come, as reported: a fact, not a judgement (DESIGN.md, labels)."""

    NOT_STARTED = "not_started", _("Chưa triển khai")
    PLANNED = "planned", _("Theo kế hoạch")
    PROPOSAL = "proposal", _("Đang xây dựng đề án")
    PILOTING = "piloting", _("Thí điểm")
    IN_PROGRESS = "in_progress", _("Đang triển khai")
    READY = "ready", _("Sẵn sàng cung cấp")
    DEPLOYED = "deployed", _("Đã triển khai")
    INTEGRATED = "integrated", _("Đã tích hợp")
    SUBSTANTIALLY_COMPLETE = "substantially_complete", _("Cơ bản hoàn thành")
    COMPLETED = "completed", _("Hoàn thành")
    SUSPENDED = "suspended", _("Tạm dừng")
    ENDED = "ended", _("Đã dừng")


class StageGroup(TextChoices):
    EARLY = "early", _("Chưa bắt đầu")
    DOING = "doing", _("Đang làm")
    DONE = "done", _("Đã có kết quả")
    HOLD = "hold", _("Tạm dừng")
    STOP = "stop", _("Đã dừng")


#: The five groups of stages (design.md §3), in the order in which pages tell them.
STAGE_GROUPS: dict[StageGroup, tuple[Stage, ...]] = {
    StageGroup.EARLY: (Stage.NOT_STARTED, Stage.PLANNED),
    StageGroup.DOING: (Stage.PROPOSAL, Stage.PILOTING, Stage.IN_PROGRESS),
    StageGroup.DONE: (
        Stage.READY,
        Stage.DEPLOYED,
        Stage.INTEGRATED,
        Stage.SUBSTANTIALLY_COMPLETE,
        Stage.COMPLETED,
    ),
    StageGroup.HOLD: (Stage.SUSPENDED,),
    StageGroup.STOP: (Stage.ENDED,),
}
STAGE_GROUP_OF: dict[str, StageGroup] = {
    stage.value: group for group, stages in STAGE_GROUPS.items() for stage in stages
}


class ReportSide(TextChoices):
    """Who says it: one of the two sides, or a public source entered with its citation."""

    PARTNER = "partner", _("Tỉnh, cơ quan đối tác")
    VNPT = "vnpt", _("VNPT")
    SOURCE = "source", _("Nguồn công bố")


class ReportState(TextChoices):
    DRAFT = "draft", _("Nháp")
    SUBMITTED = "submitted", _("Chờ xác nhận")
    CONFIRMED = "confirmed", _("Hai bên xác nhận")
    RETURNED = "returned", _("Trả lại")
    DISPUTED = "disputed", _("Không đồng ý")
    WITHDRAWN = "withdrawn", _("Đã rút")
    PUBLISHED = "published", _("Nguồn công bố")
    SET_ASIDE = "set_aside", _("Không dùng, có nguồn tốt hơn")


#: What may follow what. Returned, withdrawn, confirmed, disputed and set aside are final for the row:
#: going on means a new report that revises it. The guards in the database hold the same table.
TRANSITIONS: dict[ReportState, frozenset[ReportState]] = {
    ReportState.DRAFT: frozenset({ReportState.SUBMITTED, ReportState.PUBLISHED}),
    ReportState.SUBMITTED: frozenset(
        {ReportState.CONFIRMED, ReportState.RETURNED, ReportState.DISPUTED, ReportState.WITHDRAWN}
    ),
    ReportState.PUBLISHED: frozenset(
        {ReportState.CONFIRMED, ReportState.DISPUTED, ReportState.SET_ASIDE}
    ),
    ReportState.CONFIRMED: frozenset(),
    ReportState.RETURNED: frozenset(),
    ReportState.DISPUTED: frozenset(),
    ReportState.WITHDRAWN: frozenset(),
    ReportState.SET_ASIDE: frozenset(),
}


#: What a new report may correct: all that was sent and decided, or came from a source. A draft is edited
#: instead, and a submitted one awaits its verdict (or is withdrawn) first.
REVISABLE = frozenset(ReportState) - {ReportState.DRAFT, ReportState.SUBMITTED}


class Standing(TextChoices):
    """What a deliverable's stage and figures rest on at a moment, as far as the reader may know."""

    CONFIRMED = "confirmed", _("Hai bên xác nhận")
    PUBLISHED = "published", _("Nguồn công bố")
    NONE = "none", _("Chưa có báo cáo")
    AWAITING = "awaiting", _("Chờ xác nhận")
    DISPUTED = "disputed", _("Không đồng ý")


class FigureStanding(TextChoices):
    """What one figure rests on at a moment."""

    CONFIRMED = "confirmed", _("Hai bên xác nhận")
    PUBLISHED = "published", _("Nguồn công bố")


class ReportBasis(TextChoices):
    """Which official reports an answer looks at: all, or only those confirmed (or not) by the moment."""

    OFFICIAL = "official", _("Mọi số liệu chính thức")
    CONFIRMED = "confirmed", _("Chỉ số liệu hai bên xác nhận")
    PUBLISHED = "published", _("Chỉ số liệu từ nguồn công bố")


class Continued(TextChoices):
    """Whether a deliverable goes on in another one whose time has begun (docs/adr/0010)."""

    YES = "yes", _("Đã có hạng mục tiếp nối")
    NO = "no", _("Chưa có hạng mục tiếp nối")
    ANY = "any", _("Mọi hạng mục")


class ProgressKind(TextChoices):
    """Whether progress towards the targets can be computed."""

    MEASURED = "measured", _("Tính được tiến độ")
    NOT_COMPUTABLE = "not_computable", _("Chưa tính được tiến độ")


class News(TextChoices):
    """Whether anything new has been heard of what still asks for news (``STALE_AFTER_DAYS``)."""

    STALE = "stale", _("Lâu không có số liệu mới")


class Acting(TextChoices):
    """Whose agreements: those for a side of which the caller acts today."""

    ME = "me", _("Thỏa thuận mình đại diện")


class Health(TextChoices):
    """How a deliverable stands to its plan: a judgement by a stated rule, never a report (docs/adr/0020)."""

    ON_TRACK = "on_track", _("Đúng hạn")
    AT_RISK = "at_risk", _("Có nguy cơ")
    LATE = "late", _("Chậm")
    NOT_COMPUTABLE = "not_computable", _("Không tính được")


class HealthReason(TextChoices):
    """Which line of the rule decided."""

    REACHED = "reached", _("đã đạt mục tiêu")
    ON_LINE = "on_line", _("theo kịp kế hoạch")
    DONE = "done", _("đã có kết quả")
    UNDERWAY = "underway", _("đang làm, chưa đến hạn")
    NOT_YET = "not_yet", _("chưa bắt đầu, mới qua chưa quá nửa thời gian")
    BEHIND = "behind", _("kém kế hoạch quá mức cho phép")
    NOT_BEGUN = "not_begun", _("quá nửa thời gian mà chưa bắt đầu")
    ON_HOLD = "on_hold", _("đang tạm dừng, chưa đến hạn")
    MISSED = "missed", _("hạn đã qua mà mục tiêu chưa đạt")
    OVERDUE = "overdue", _("hạn đã qua mà chưa có kết quả")
    ENDED = "ended", _("đã dừng, không còn kế hoạch")
    NO_PLAN = "no_plan", _("chưa có mục tiêu, chưa có thời hạn")
    NO_DUE_DAY = "no_due_day", _("mục tiêu chưa có thời hạn")
    NO_FIGURE = "no_figure", _("chưa có số liệu của chỉ tiêu đặt mục tiêu")
    EXPECTED_ONLY = "expected_only", _("mới có số dự kiến, chưa phải kết quả")
    NO_DIRECTION = "no_direction", _("chưa ghi số gốc, không rõ số tăng hay giảm là tốt")
    NO_BASELINE = "no_baseline", _("chưa ghi số gốc")
    STALE = "stale", _("số liệu mới nhất đã quá cũ")
    INEXACT = "inexact", _("số liệu chỉ ước chừng, chưa đủ để kết luận")
    NO_REPORT = "no_report", _("chưa có báo cáo chính thức")
    NO_START = "no_start", _("chưa rõ ngày giai đoạn bắt đầu")


class Outcome(TextChoices):
    """What became of an area, a promise or a deliverable of a phase, by a stated rule (docs/data.md)."""

    FULFILLED = "fulfilled", _("Đã thực hiện")
    PARTLY = "partly", _("Thực hiện một phần")
    UNFINISHED = "unfinished", _("Chưa xong")
    CONTINUED = "continued", _("Được tiếp nối")
    DROPPED = "dropped", _("Đã dừng")
    UNKNOWN = "unknown", _("Không có thông tin")


class Decision(TextChoices):
    CONFIRM = "confirm", _("Xác nhận")
    RETURN = "return", _("Trả lại")
    DISPUTE = "dispute", _("Không đồng ý")


class FlagKind(TextChoices):
    """What speaks for a closer look at a report before one confirms it (docs/data.md)."""

    NO_EVIDENCE = "no_evidence", _("Chưa có minh chứng")
    DIFFERS = "differs", _("Khác số của bên kia")
    FALLS = "falls", _("Số lũy kế giảm")
    OUTLIER = "outlier", _("Đổi nhiều so với số trước")
    BOUNDARY = "boundary", _("Địa giới đã thay đổi")


class ChangeKind(TextChoices):
    BECAME_OFFICIAL = "became_official", _("Thành số liệu chính thức")
    CEASED = "ceased", _("Thôi là số liệu chính thức")


class ValueKind(TextChoices):
    """What a figure measures: all so far, what was added in the period, or the state on the day."""

    RUNNING_TOTAL = "running_total", _("Lũy kế")
    INCREMENT = "increment", _("Tăng thêm trong kỳ")
    SNAPSHOT = "snapshot", _("Tại thời điểm")


class Aggregation(TextChoices):
    """What may be made of the figures of several deliverables; bare percentages: nothing."""

    SUM = "sum", _("Cộng")
    MEAN = "mean", _("Bình quân")
    LATEST = "latest", _("Lấy số mới nhất")
    NONE = "none", _("Không tổng hợp")


class Direction(TextChoices):
    UP = "up", _("Tăng là tốt")
    DOWN = "down", _("Giảm là tốt")
    NEUTRAL = "neutral", _("Không xét tăng giảm")


class PeriodState(TextChoices):
    """What has come of one deliverable in one reporting period; the first that holds, in this order."""

    DISPUTED = "disputed", _("Hai bên chưa thống nhất")
    AWAITING = "awaiting", _("Chờ xác nhận")
    CONFIRMED = "confirmed", _("Đã xác nhận")
    RETURNED = "returned", _("Bị trả lại")
    MISSING = "missing", _("Chưa báo cáo")
    NOT_OWED = "not_owed", _("Không phải báo cáo")


#: States in which a side still has to report for the period.
OWING = (PeriodState.RETURNED, PeriodState.MISSING)


class ProposalKind(TextChoices):
    """What one side of an agreement proposes to the other (docs/adr/0018)."""

    PHASE = "phase", _("Giai đoạn mới")
    AMENDMENT = "amendment", _("Phụ lục")
    ADDITIONS = "additions", _("Hạng mục, mục tiêu trong giai đoạn")


class ProposalState(TextChoices):
    DRAFT = "draft", _("Nháp")
    SUBMITTED = "submitted", _("Chờ bên kia đồng ý")
    ACCEPTED = "accepted", _("Đã đồng ý, có hiệu lực")
    RETURNED = "returned", _("Trả lại")
    WITHDRAWN = "withdrawn", _("Đã rút")


#: What may follow what, for proposals; going on after a return means a new one that revises it.
PROPOSAL_TRANSITIONS: dict[ProposalState, frozenset[ProposalState]] = {
    ProposalState.DRAFT: frozenset({ProposalState.SUBMITTED}),
    ProposalState.SUBMITTED: frozenset(
        {ProposalState.ACCEPTED, ProposalState.RETURNED, ProposalState.WITHDRAWN}
    ),
    ProposalState.ACCEPTED: frozenset(),
    ProposalState.RETURNED: frozenset(),
    ProposalState.WITHDRAWN: frozenset(),
}
