//! What is known: products, domains, keys with types, values and the builds that read them.
//!
//! A catalogue has layers, strongest first: those that the user names, then the built-in one. The first layer
//! that knows a key wins. A layer is bytes, decoded piece by piece on first use.

mod apps;
pub mod compile;
pub mod condition;
mod facts;
mod fields;
pub mod host;
mod layer;
mod lookup;
pub mod manifests;
pub mod model;
pub mod network;
mod network_fields;
pub mod rule;
mod rule_fields;
mod search;
mod truth;

pub use apps::AppReads;
pub use facts::{Fact, Facts, Installed, Known, Licence};
pub use fields::type_of;
pub use layer::{Apart, KeyBytes, Layer, LayerError, apart};
pub use lookup::{Catalog, KeyRef, ranges_of};
pub use search::{Entry, Hit, KeyTopic, Topic};

use crate::value::{Integer, Real, Value};
use model::Literal;

impl Literal<'_> {
    /// As a value of a plan.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Boolean(flag) => Value::Boolean(*flag),
            Self::Integer(number) => Value::Integer(Integer::from(*number)),
            // A literal is finite: the compiler of layers refuses the others.
            Self::Real(number) => Real::new(*number).map_or(Value::Boolean(false), Value::Real),
            Self::String(text) => Value::string(*text),
            Self::Array(items) => Value::Array(items.iter().map(Self::to_value).collect()),
        }
    }
}
