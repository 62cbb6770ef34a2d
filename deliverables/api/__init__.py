"""The API of the delivery: answers (the JSON of each noun) and endpoints. Not here: filters, rules."""
