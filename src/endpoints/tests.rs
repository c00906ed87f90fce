//! Tests of what the apps contact.
