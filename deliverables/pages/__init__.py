"""What each reading page asks of the database, one noun a file; what it means is in summaries."""
