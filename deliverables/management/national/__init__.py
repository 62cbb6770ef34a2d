"""The synthetic country for measuring at scale: sizes, promise, lives, chain, loading. No command here."""
