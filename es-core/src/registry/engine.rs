use std::sync::Arc;

use crate::fault::Fault;
use crate::projection::ReadSide;
use crate::store::EventStore;

/// Where a store is: `scheme:rest`, for example `sqlite:data/orders.db`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreUrl {
    /// The part before the first colon.
    pub scheme: String,
    /// The part after it, without the query.
    pub path: String,
    /// The pairs after `?`, in order.
    pub options: Vec<(String, String)>,
}

impl StoreUrl {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// There is no scheme.
    pub fn parse(url: &str) -> Result<Self, OpenError> {
        let (scheme, rest) = url
            .split_once(':')
            .filter(|(scheme, _)| !scheme.is_empty())
            .ok_or(OpenError::Url { url: url.to_owned(), reason: "it has no scheme".to_owned() })?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let options = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key.to_owned(), value.to_owned())
        });
        Ok(Self { scheme: scheme.to_owned(), path: path.to_owned(), options: options.collect() })
    }
}

/// Why a store could not be opened.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL cannot be understood.
    #[error("`{url}` is no store URL: {reason}; write for example `sqlite:data/orders.db`")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No linked engine has this scheme.
    #[error("no engine for `{scheme}:` is linked; {} (linked: {linked})", remedy(scheme, linked))]
    NoEngine {
        /// The URL's scheme.
        scheme: String,
        /// The schemes there are.
        linked: String,
    },
    /// The engine refused or failed; the text says what, where and what to do.
    #[error("{0}")]
    Engine(Fault),
}

crate::fault::debug_is_display!(OpenError);

impl From<Fault> for OpenError {
    fn from(fault: Fault) -> Self {
        Self::Engine(fault)
    }
}

/// Registers an engine under a URL scheme; submitted with `inventory` by the engine's crate.
pub struct EngineEntry {
    /// The scheme, without the colon.
    pub scheme: &'static str,
    /// Opens the log; blocks on the files.
    pub open: fn(&StoreUrl) -> Result<Arc<dyn EventStore>, OpenError>,
    /// Opens the read side that belongs to a log at this URL.
    pub open_read_side: fn(&StoreUrl) -> Result<Arc<dyn ReadSide>, OpenError>,
}

inventory::collect!(EngineEntry);

impl EngineEntry {
    /// Finds the engine of a URL.
    ///
    /// # Errors
    /// The URL has no scheme, or no linked engine has it.
    pub fn find(url: &str) -> Result<(&'static Self, StoreUrl), OpenError> {
        let url = StoreUrl::parse(url)?;
        let entry = inventory::iter::<Self>().find(|entry| entry.scheme == url.scheme);
        match entry {
            Some(entry) => Ok((entry, url)),
            None => Err(OpenError::NoEngine { linked: linked(), scheme: url.scheme }),
        }
    }
}

const NONE: &str = "none";

/// Only names a crate that there is: a mistyped scheme belongs to none.
fn remedy(scheme: &str, linked: &str) -> &'static str {
    match scheme {
        "sqlite" => "add `es-sqlite` to Cargo.toml and write `use es_sqlite as _;`",
        "memory" => "a store in memory has no URL: begin with `App::test()`",
        _ if linked == NONE => {
            "write for example `sqlite:data/orders.db`, add `es-sqlite` to Cargo.toml and write \
             `use es_sqlite as _;`"
        }
        _ => "write one that is, or name the crate of that engine: `use the_crate as _;`",
    }
}

fn linked() -> String {
    let mut schemes: Vec<_> =
        inventory::iter::<EngineEntry>().map(|entry| format!("`{}:`", entry.scheme)).collect();
    schemes.sort_unstable();
    if schemes.is_empty() { NONE.to_owned() } else { schemes.join(", ") }
}

/// A store that an application is going to use: opened already, or named by its URL.
pub enum Store {
    /// An engine's own value, with the read side that belongs to it, if any.
    Opened(OpenedStores),
    /// A URL such as `sqlite:data/orders.db`.
    Url(String),
}

/// A log, and its read side if the URL implies one.
pub struct OpenedStores {
    /// The log.
    pub log: Arc<dyn EventStore>,
    /// The read side beside it.
    pub read_side: Option<Arc<dyn ReadSide>>,
}

impl Store {
    /// Opens what is named by a URL; blocks on the files.
    pub(crate) fn open(self) -> Result<OpenedStores, OpenError> {
        match self {
            Self::Opened(stores) => Ok(stores),
            Self::Url(url) => {
                let (engine, url) = EngineEntry::find(&url)?;
                let log = (engine.open)(&url)?;
                let read_side = (engine.open_read_side)(&url)?;
                Ok(OpenedStores { log, read_side: Some(read_side) })
            }
        }
    }
}

/// What [`AppBuilder::store`](crate::app::AppBuilder::store) accepts: an engine's value, or a URL.
pub trait IntoStore {
    /// Names the store; nothing is opened yet.
    fn into_store(self) -> Store;
}

impl IntoStore for Arc<dyn EventStore> {
    fn into_store(self) -> Store {
        Store::Opened(OpenedStores { log: self, read_side: None })
    }
}

impl<S: EventStore> IntoStore for S {
    fn into_store(self) -> Store {
        Store::Opened(OpenedStores { log: Arc::new(self), read_side: None })
    }
}

impl IntoStore for &str {
    fn into_store(self) -> Store {
        Store::Url(self.to_owned())
    }
}

impl IntoStore for &String {
    fn into_store(self) -> Store {
        Store::Url(self.clone())
    }
}

impl IntoStore for String {
    fn into_store(self) -> Store {
        Store::Url(self)
    }
}
