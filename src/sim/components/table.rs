//! What most components share: methods written once, as `signature -> result` and meaning, from which come the Python class
//! and the `belt api` text.

use super::service::split_parameters;
use crate::sim::world::ApiEntry;

/// A method: `"set(key, value, ex=None) -> True or None"` and what it does.
pub type Method = (&'static str, &'static str);

/// The API text of `methods` for the object `name`.
pub fn api(name: &str, methods: &[Method]) -> Vec<ApiEntry> {
    let entry = |(signature, meaning): &Method| ApiEntry {
        signature: format!("{name}.{signature}"),
        meaning: (*meaning).to_owned(),
    };
    methods.iter().map(entry).collect()
}

/// The methods of a Python class whose calls go to the component `name`, as `prefix.method` when an expression for the prefix
/// is given.
pub fn methods(name: &str, prefix: &str, methods: &[Method]) -> String {
    methods
        .iter()
        .filter_map(|(signature, _)| {
            let (method, rest) = signature.split_once('(')?;
            let end = rest.find(" -> ").unwrap_or(rest.len());
            let parameters = rest[..end].trim_end().strip_suffix(')')?;
            let comma = if parameters.is_empty() { "" } else { ", " };
            let mut arguments = Vec::new();
            let mut spread = String::new();
            for parameter in split_parameters(parameters) {
                let bare = parameter.split('=').next().unwrap_or_default().trim();
                match bare.strip_prefix('*') {
                    Some("") => {}
                    Some(rest) => spread = format!(" + list({rest})"),
                    None => arguments.push(bare),
                }
            }
            let arguments = arguments.join(", ");
            let called = match prefix {
                "" => format!("'{method}'"),
                prefix => format!("{prefix} + '.{method}'"),
            };
            Some(format!(
                "    def {method}(self{comma}{parameters}):\n        return _belt_call('{name}', {called}, [{arguments}]{spread})\n"
            ))
        })
        .collect()
}
