//! Where a store is.

use std::path::PathBuf;

use es_core::registry::StoreUrl;
use es_sqlite::SqliteConfig;

use super::{Failure, output::note};

/// The place of a store, before it is opened.
pub(super) struct Place {
    url: String,
    /// The file of its log, where it is one.
    file: Option<PathBuf>,
}

impl Place {
    pub(super) fn of(url: &str) -> Result<Self, Failure> {
        let parsed = StoreUrl::parse(url).map_err(Failure::fault)?;
        let file = match parsed.scheme.as_str() {
            "memory" => {
                let text = "`memory:` would forget everything when the program ends; name a file, \
                            for example --store sqlite:data/orders.db";
                return Err(Failure::Usage(text.to_owned()));
            }
            "sqlite" => Some(SqliteConfig::from_url(&parsed).map_err(Failure::fault)?),
            // Whether there is an engine for it is not known here.
            _ => None,
        };
        Ok(Self { url: url.to_owned(), file: file.map(|config| config.path().to_owned()) })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Refuses a store that is not there: opened, it would be there and be empty, and whoever
    /// mistyped its name would look for what is lost.
    pub(super) fn must_exist(&self) -> Result<(), Failure> {
        match &self.file {
            Some(file) if !file.exists() => Err(Failure::Fault(format!(
                "there is no store at `{}`; check --store, or begin one with `order place` or \
                 `order import`",
                file.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Says where the store is, without the options in its URL, and whether it is a new one.
    pub(super) fn tell(&self) {
        match &self.file {
            Some(file) if file.exists() => note(&format!("store {}", file.display())),
            Some(file) => note(&format!("store {} (new)", file.display())),
            None => note(&format!("store {}", self.url)),
        }
    }
}
