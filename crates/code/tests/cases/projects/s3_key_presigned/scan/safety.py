def is_safe(name):
    return len(name) > 0
