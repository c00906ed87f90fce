//! Reports of what a Mac has, of one that means harm too.
