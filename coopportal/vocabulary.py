"""How the database holds a column to the keys of its vocabulary. Not here: the vocabularies."""

from django.db.models import CheckConstraint, Q, TextChoices
from django.utils.translation import gettext_lazy as _


def one_of(
    field: str, choices: type[TextChoices], table: str, *, blank: bool = False
) -> CheckConstraint:
    """The database's own check that a column holds a key of its vocabulary."""
    values = [*choices.values, ""] if blank else choices.values
    return CheckConstraint(
        name=f"{table}_{field}_known",
        condition=Q(**{f"{field}__in": values}),
        violation_error_message=_("Giá trị không có trong danh mục. Chọn một mục trong danh sách."),
    )
