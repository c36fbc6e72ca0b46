use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::value::RawValue;

/// JSON whose objects are compared regardless of order and whose numbers are compared as written.
// Not `serde_json::Value`: that rounds integers beyond 64 bits, and two different amounts of money
// would be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    Object(BTreeMap<String, Json>),
    Array(Vec<Json>),
    /// A string, number, `true`, `false` or `null`, as it is written.
    Leaf(String),
}

impl Json {
    /// The JSON of a value, if it has one.
    pub(super) fn of<T: Serialize + ?Sized>(value: &T) -> Option<Self> {
        Self::parse(&serde_json::to_vec(value).ok()?)
    }

    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        Self::read(serde_json::from_slice(text).ok()?)
    }

    fn read(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        match text.as_bytes().first()? {
            b'{' => {
                let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
                let fields = fields.into_iter().map(|(name, raw)| Some((name, Self::read(raw)?)));
                fields.collect::<Option<_>>().map(Self::Object)
            }
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                items.into_iter().map(Self::read).collect::<Option<_>>().map(Self::Array)
            }
            _ => Some(Self::Leaf(text.to_owned())),
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Self::Leaf(text) => f.write_str(text),
            Self::Object(fields) if fields.is_empty() => f.write_str("{}"),
            Self::Array(items) if items.is_empty() => f.write_str("[]"),
            Self::Object(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    // The name was a JSON string a moment ago, so it becomes one again.
                    let name = serde_json::to_string(name).unwrap_or_default();
                    write!(f, "{}{name}: ", item_start(f, depth, index))?;
                    value.write(f, depth + 1)?;
                }
                write!(f, "{}}}", block_end(f, depth))
            }
            Self::Array(items) => {
                f.write_str("[")?;
                for (index, value) in items.iter().enumerate() {
                    f.write_str(&item_start(f, depth, index))?;
                    value.write(f, depth + 1)?;
                }
                write!(f, "{}]", block_end(f, depth))
            }
        }
    }
}

/// One line, or with `{:#}` one line a field.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

fn item_start(f: &fmt::Formatter<'_>, depth: usize, index: usize) -> String {
    let comma = if index == 0 { "" } else { "," };
    match (f.alternate(), index) {
        (true, _) => format!("{comma}\n{}", "  ".repeat(depth + 1)),
        (false, 0) => String::new(),
        (false, _) => format!("{comma} "),
    }
}

fn block_end(f: &fmt::Formatter<'_>, depth: usize) -> String {
    if f.alternate() { format!("\n{}", "  ".repeat(depth)) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::Json;

    fn parse(text: &str) -> Json {
        Json::parse(text.as_bytes()).expect("JSON")
    }

    #[test]
    fn the_order_of_fields_makes_no_difference() {
        assert_eq!(
            parse(r#"{"a":1,"b":[{"c":2,"d":3}]}"#),
            parse(r#"{"b":[{"d":3,"c":2}],"a":1}"#)
        );
    }

    #[test]
    fn large_integers_are_told_apart() {
        let beyond_64_bits = 1_u128 << 100;
        assert_ne!(Json::of(&beyond_64_bits), Json::of(&(beyond_64_bits + 1)));
    }

    #[test]
    fn is_printed_in_one_line_or_many() {
        let json = parse(r#"{"b":[1,2],"a":{},"c":{"d":null,"e":"\"é\""},"f":[]}"#);
        assert_eq!(
            json.to_string(),
            r#"{"a": {}, "b": [1, 2], "c": {"d": null, "e": "\"é\""}, "f": []}"#
        );
        let lines = [
            r#"{"#,
            r#"  "a": {},"#,
            r#"  "b": ["#,
            r#"    1,"#,
            r#"    2"#,
            r#"  ],"#,
            r#"  "c": {"#,
            r#"    "d": null,"#,
            r#"    "e": "\"é\"""#,
            r#"  },"#,
            r#"  "f": []"#,
            r#"}"#,
        ];
        assert_eq!(format!("{json:#}"), lines.join("\n"));
    }

    #[test]
    fn what_is_no_json_is_none() {
        assert_eq!(Json::parse(b"{\"a\":"), None);
        assert_eq!(Json::parse(&[0x93, 0x01]), None);
    }
}
