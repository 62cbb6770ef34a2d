"""The pages of signing in and of one's own account, one matter a file."""
