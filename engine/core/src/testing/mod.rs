//! Rules' own tests, run on exactly the path that production takes.
