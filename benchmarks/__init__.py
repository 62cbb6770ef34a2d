"""Are reading and writing fast enough at national scale: each goal beside raw SQL.

``python -m benchmarks`` measures the database of DATABASE_URL, which ``manage.py generate_national`` has
filled. What the figures mean and how they are taken: benchmarks/README.md.
"""
