"""How dates and times are written, where Django is not told otherwise. (FORMAT_MODULE_PATH)"""
