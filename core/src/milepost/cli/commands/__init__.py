"""The commands, one file each: parse, call, render. None is imported before it is used."""
