use super::{CodecError, Fragment, RecordedEvent};

/// How the rows of an event were stored in the course of time. Written by `#[derive(Event)]`.
///
/// It leads from what an event is today back to everything it was: earlier revisions, earlier
/// names, and events that became this one. Filters take the names from it, and readers the way on
/// which a row of earlier days becomes an event of today.
#[derive(Debug)]
pub struct Lineage {
    /// The stored name.
    pub name: &'static str,
    /// The revision that is written.
    pub revision: u32,
    /// The stored names of earlier days, for payloads of the same shape.
    pub renamed_from: &'static [&'static str],
    /// The revision before this one, from which [`Event::decode`](super::Event::decode) leads here.
    pub from: Option<&'static Lineage>,
    /// The earlier events that became this one, alone or with others.
    pub upcast_from: &'static [Upcaster],
}

/// What makes the rows of an earlier event into rows of those that it became.
#[derive(Debug, Clone, Copy)]
pub struct Upcaster {
    /// The earlier event.
    pub earlier: &'static Lineage,
    /// Upcasts one payload of a revision.
    pub upcast: UpcastRow,
}

/// Upcasts a payload of a revision, in one step.
pub type UpcastRow = fn(u32, &[u8]) -> Result<Vec<Fragment>, CodecError>;

/// How a row is read today.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reading {
    /// As it is stored.
    AsStored,
    /// As it is stored, under another name.
    Renamed(&'static str),
    /// As the events it became.
    Upcast(UpcastRow),
}

impl Lineage {
    /// The lineage of an event that has always been what it is.
    #[must_use]
    pub const fn new(name: &'static str, revision: u32) -> Self {
        Self { name, revision, renamed_from: &[], from: None, upcast_from: &[] }
    }

    /// True if rows of the event may have another name, or became it with others.
    #[must_use]
    pub const fn has_past(&self) -> bool {
        !self.renamed_from.is_empty()
            || !self.upcast_from.is_empty()
            || match self.from {
                Some(earlier) => earlier.has_past(),
                None => false,
            }
    }

    /// True if rows with this name and revision lead to the event.
    #[must_use]
    pub const fn reads(&self, name: &str, revision: u32) -> bool {
        self.reading(name, revision).is_some()
    }

    /// How a row with this name and revision leads to the event; `None` if it does not.
    pub(crate) const fn reading(&self, name: &str, revision: u32) -> Option<Reading> {
        if !is_same_name(name, self.name) {
            if !is_one_of(name, self.renamed_from) {
                return self.reading_of_earlier(name, revision);
            }
            return match self.reading(self.name, revision) {
                Some(Reading::AsStored) | None => Some(Reading::Renamed(self.name)),
                found => found,
            };
        }
        if revision == self.revision {
            return Some(Reading::AsStored);
        }
        self.reading_of_earlier(name, revision)
    }

    const fn reading_of_earlier(&self, name: &str, revision: u32) -> Option<Reading> {
        if let Some(earlier) = self.from
            && let Some(found) = earlier.reading(name, revision)
        {
            return Some(found);
        }
        let mut rest = self.upcast_from;
        while let [first, others @ ..] = rest {
            match first.earlier.reading(name, revision) {
                Some(Reading::AsStored) => return Some(Reading::Upcast(first.upcast)),
                Some(found) => return Some(found),
                None => rest = others,
            }
        }
        None
    }

    /// The stored names of all rows that may lead to the event, its own first.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        self.collect_names(&mut names);
        names
    }

    fn collect_names(&self, names: &mut Vec<&'static str>) {
        for name in std::iter::once(&self.name).chain(self.renamed_from) {
            if !names.contains(name) {
                names.push(name);
            }
        }
        let became = self.upcast_from.iter().map(|upcaster| upcaster.earlier);
        self.from.into_iter().chain(became).for_each(|earlier| earlier.collect_names(names));
    }
}

/// The rows that a row is read as today; `None` if that is the row itself.
///
/// They share its place in the log, its id, its metadata and its time.
///
/// # Errors
/// The payload does not have the shape of its revision.
pub(crate) fn upcast(
    known: impl Iterator<Item = &'static Lineage> + Clone,
    row: &RecordedEvent,
) -> Result<Option<Vec<RecordedEvent>>, CodecError> {
    let reading = known.clone().find_map(|lineage| lineage.reading(&row.name, row.revision));
    let fragments = match reading {
        None | Some(Reading::AsStored) => return Ok(None),
        // The event of the new name may have become others, too.
        Some(Reading::Renamed(name)) => {
            let renamed = row.renamed(name);
            return Ok(upcast(known, &renamed)?.or_else(|| Some(vec![renamed])));
        }
        Some(Reading::Upcast(upcast)) => upcast(row.revision, &row.payload)?,
    };
    // A step leads to events that may have become others later; it never leads back.
    let mut rows = Vec::with_capacity(fragments.len());
    for fragment in fragments {
        let row = row.fragment(fragment);
        match upcast(known.clone(), &row)? {
            None => rows.push(row),
            Some(further) => rows.extend(further),
        }
    }
    Ok(Some(rows))
}

/// Whether two stored names are equal; `==` is not const.
#[must_use]
pub const fn is_same_name(one: &str, other: &str) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([a, more @ ..], [b, others @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (more, others);
    }
    true
}

/// Whether a stored name is among others.
#[must_use]
pub const fn is_one_of(name: &str, names: &[&str]) -> bool {
    let mut rest = names;
    while let [first, others @ ..] = rest {
        if is_same_name(first, name) {
            return true;
        }
        rest = others;
    }
    false
}
