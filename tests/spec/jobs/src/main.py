print("relaxed")
