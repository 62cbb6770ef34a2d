"""Is reading fast enough at national scale: each goal beside the raw SQL for the same answer.

``python -m benchmarks`` measures the database of DATABASE_URL, which ``manage.py generate_national`` has
filled. What the figures mean and how they are taken: benchmarks/README.md.
"""
