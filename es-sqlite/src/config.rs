use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use es_core::event::{Clock, SystemClock};
use es_core::registry::{OpenError, StoreUrl};
use es_core::store::DEFAULT_PAYLOAD_LIMIT_BYTES;

use crate::writer::{OpenWal, open_wal};

const HOUR: Duration = Duration::from_secs(3600);

/// Where a SQLite store is and how it is opened.
///
/// In a URL the same settings stand behind the path, in any order:
/// `sqlite:data/orders.db?busy_timeout_ms=500&readers=8`.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `vfs` | the SQLite file system to use | the operating system's |
/// | `busy_timeout_ms` | how long to wait for another process | 5000 |
/// | `payload_limit_bytes` | the longest payload of one event | 1048576 |
/// | `page_cache_kib` | memory for pages of the writer's connection | 65536 |
/// | `reader_cache_kib` | the same for each read connection | 8192 |
/// | `readers` | read connections kept beside the writer | 8 |
/// | `queue` | places in the queue before the writer | 8192 |
/// | `poll_ms` | how often to look for commits of other processes | 50 |
/// | `remember_outside_s` | how long a command id from outside is remembered | 604800 |
/// | `remember_generated_s` | how long a generated one is | 3600 |
/// | `unsafe_synchronous` | `normal` or `off`: a power cut loses acknowledged events | – |
#[derive(Clone)]
pub struct SqliteConfig {
    pub(crate) path: PathBuf,
    pub(crate) vfs: Option<String>,
    pub(crate) busy_timeout: Duration,
    pub(crate) payload_limit_bytes: usize,
    pub(crate) page_cache_kib: u32,
    pub(crate) reader_cache_kib: u32,
    pub(crate) readers: usize,
    pub(crate) queue: usize,
    pub(crate) poll: Duration,
    pub(crate) remember_outside: Duration,
    pub(crate) remember_generated: Duration,
    pub(crate) synchronous: Synchronous,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) open_wal: OpenWal,
}

/// When SQLite flushes to the disk; the numbers are those of its `synchronous` setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Synchronous {
    Off = 0,
    Normal = 1,
    Full = 2,
}

impl SqliteConfig {
    /// The defaults for the log at a path.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        Self {
            path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            vfs: None,
            busy_timeout: Duration::from_secs(5),
            payload_limit_bytes: DEFAULT_PAYLOAD_LIMIT_BYTES,
            page_cache_kib: 65_536,
            reader_cache_kib: 8192,
            readers: 8,
            queue: 8192,
            poll: Duration::from_millis(50),
            remember_outside: 7 * 24 * HOUR,
            remember_generated: HOUR,
            synchronous: Synchronous::Full,
            clock: Arc::new(SystemClock),
            open_wal: open_wal(),
        }
    }

    /// Reads the settings of a URL.
    ///
    /// # Errors
    /// [`OpenError::Url`] names the part that cannot be used and what to write instead.
    pub fn from_url(url: &StoreUrl) -> Result<Self, OpenError> {
        let path = url.path.as_str();
        let problem = match path {
            "" => Some("it names no file"),
            ":memory:" => Some("a log in memory is `App::test()`, not a file"),
            // `sqlite://data/orders.db` would mean the folder `/data`.
            _ if path.starts_with("//") => Some("the path follows the colon without `//`"),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(refused(url, problem.to_owned()));
        }
        let mut config = Self::new(path);
        for (key, value) in &url.options {
            config.set(key, value).map_err(|reason| refused(url, reason))?;
        }
        Ok(config)
    }

    /// Sets the time source of `recorded_at`. The operating system's clock by default.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how the write-ahead log is opened where it is written past SQLite: tests whose `vfs`
    /// fails on purpose have that fail too.
    #[doc(hidden)]
    #[must_use]
    pub fn open_wal(mut self, open: OpenWal) -> Self {
        self.open_wal = open;
        self
    }

    /// Sets the number of places in the queue before the writer. 8192 by default, at least 1.
    #[must_use]
    pub fn queue(mut self, places: usize) -> Self {
        self.queue = places.max(1);
        self
    }

    /// The absolute path of the log.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the read side beside the log: `orders.read.db` beside `orders.db`.
    #[must_use]
    pub fn read_side_path(&self) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.strip_suffix(".db").unwrap_or(&name);
        self.path.with_file_name(format!("{stem}.read.db"))
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "vfs" => self.vfs = Some(value.to_owned()),
            "busy_timeout_ms" => self.busy_timeout = Duration::from_millis(number(key, value)?),
            "payload_limit_bytes" => self.payload_limit_bytes = number(key, value)?,
            "page_cache_kib" => self.page_cache_kib = number(key, value)?,
            "reader_cache_kib" => self.reader_cache_kib = number(key, value)?,
            "readers" => self.readers = number::<usize>(key, value)?.max(1),
            "queue" => self.queue = number::<usize>(key, value)?.max(1),
            "poll_ms" => self.poll = Duration::from_millis(number::<u64>(key, value)?.max(1)),
            "remember_outside_s" => {
                self.remember_outside = Duration::from_secs(number(key, value)?);
            }
            "remember_generated_s" => {
                self.remember_generated = Duration::from_secs(number(key, value)?);
            }
            "unsafe_synchronous" => self.synchronous = weaker(value)?,
            "mode" => return Err(NO_MODE.to_owned()),
            _ => return Err(format!("there is no option `{key}` (there are: {OPTIONS})")),
        }
        Ok(())
    }
}

const OPTIONS: &str = "vfs, busy_timeout_ms, payload_limit_bytes, page_cache_kib, \
                       reader_cache_kib, readers, queue, poll_ms, remember_outside_s, \
                       remember_generated_s, unsafe_synchronous";

// SQLite's own URIs have it.
const NO_MODE: &str =
    "there is no option `mode`: a store is always read and written, so leave it out";

fn number<N: std::str::FromStr>(key: &str, value: &str) -> Result<N, String> {
    value.parse().map_err(|_| format!("`{key}` is a whole number, not `{value}`"))
}

fn weaker(value: &str) -> Result<Synchronous, String> {
    match value {
        "normal" => Ok(Synchronous::Normal),
        "off" => Ok(Synchronous::Off),
        _ => Err(format!("`unsafe_synchronous` is `normal` or `off`, not `{value}`")),
    }
}

fn refused(url: &StoreUrl, reason: String) -> OpenError {
    OpenError::Url { url: format!("{}:{}", url.scheme, url.path), reason }
}

impl fmt::Debug for SqliteConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteConfig")
            .field("path", &self.path)
            .field("vfs", &self.vfs)
            .field("synchronous", &self.synchronous)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> Result<SqliteConfig, String> {
        let url = StoreUrl::parse(url).map_err(|error| error.to_string())?;
        SqliteConfig::from_url(&url).map_err(|error| error.to_string())
    }

    #[test]
    fn options_stand_behind_the_path() -> Result<(), String> {
        let config = config("sqlite:data/orders.db?vfs=faulty&busy_timeout_ms=20")?;
        assert!(config.path().ends_with("data/orders.db") && config.path().is_absolute());
        assert!(config.read_side_path().ends_with("data/orders.read.db"));
        assert_eq!(config.vfs.as_deref(), Some("faulty"));
        assert_eq!(config.busy_timeout, Duration::from_millis(20));
        assert_eq!(config.synchronous, Synchronous::Full);
        Ok(())
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_the_remedy() {
        for (url, part) in [
            ("sqlite:", "names no file"),
            ("sqlite::memory:", "App::test()"),
            ("sqlite://data/orders.db", "without `//`"),
            ("sqlite:a.db?reader=3", "there is no option `reader` (there are: vfs, "),
            ("sqlite:a.db?mode=ro", "a store is always read and written, so leave it out"),
            ("sqlite:a.db?readers=many", "`readers` is a whole number, not `many`"),
            ("sqlite:a.db?unsafe_synchronous=full", "`normal` or `off`"),
        ] {
            let text = config(url).map(|_| ()).expect_err(url);
            assert!(text.contains(part), "{text}");
        }
    }
}
