"""The language of project files, HCL: read into a tree of our own, and evaluated. It knows no block of milepost's."""
