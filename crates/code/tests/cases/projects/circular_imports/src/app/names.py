DEFAULT = "none"
KINDS = {"none": "none", "all": "--all"}
