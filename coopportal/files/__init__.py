"""Files that people hand in: what they really are, what they are called, where they lie on the disk.

Not here: rows that name them (agreements.StoredFile), and who may read one.
"""
