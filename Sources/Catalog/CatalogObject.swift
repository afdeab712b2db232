/// A database's schema as values.
