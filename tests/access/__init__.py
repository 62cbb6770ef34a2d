"""Who gets which answer at which address: docs/permissions.md against the portal itself."""
