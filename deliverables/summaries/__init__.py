"""What a total means: pure functions of rows already fetched, one noun a file; no queries here."""
