//! Tests of what is said of endpoints.
