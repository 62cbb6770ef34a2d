"""The API of the promise: answers (the JSON of each noun) and endpoints. Not here: filters, rules."""
