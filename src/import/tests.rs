//! Imports of small inputs.
