use syn::parse::ParseStream;
use syn::{Ident, LitInt};

use super::assigned;

/// The arguments of `#[aggregate(..)]` on a struct that are about snapshots. Each of them switches
/// snapshots on.
#[derive(Default)]
pub(crate) struct SnapshotArguments {
    pub(crate) is_wanted: bool,
    /// The number of events between two snapshots.
    pub(crate) every: Option<u64>,
    /// How long a load may take before it leads to a snapshot, in milliseconds.
    pub(crate) load_ms: Option<u64>,
    /// What stands in for the shape of the state and the logic.
    pub(crate) revision: Option<u64>,
}

impl SnapshotArguments {
    pub(crate) const KEYS: [&str; 4] =
        ["snapshot", "snapshot_every", "snapshot_load_ms", "snapshot_revision"];

    /// Reads the value of one of [`Self::KEYS`].
    pub(crate) fn set(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        self.is_wanted = true;
        match key.to_string().as_str() {
            "snapshot_every" => {
                self.every = Some(positive(key, input, "snapshot_every = 100")?);
            }
            "snapshot_load_ms" => {
                self.load_ms = Some(positive(key, input, "snapshot_load_ms = 20")?);
            }
            "snapshot_revision" => {
                self.revision = Some(number(key, input, "snapshot_revision = 2")?.base10_parse()?);
            }
            _ => {}
        }
        Ok(())
    }
}

fn number(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<LitInt> {
    assigned(key, input, example)
}

fn positive(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<u64> {
    let literal = number(key, input, example)?;
    match literal.base10_parse()? {
        0 => {
            let text = format!("`{key}` is at least 1: `{example}`");
            Err(syn::Error::new_spanned(&literal, text))
        }
        value => Ok(value),
    }
}
