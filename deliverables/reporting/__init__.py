"""The doors of those who report and confirm, as pages. The rules are in actions and permissions."""
