"""What people type about their own account, one page a file."""
