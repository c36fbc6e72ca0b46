use crate::event::{Position, Tag};

/// Which events a decision rests on: those that match any of the criteria.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Criteria(pub Vec<Criterion>);

/// Events with all of the tags, and any of the names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Criterion {
    /// All of these must be there.
    pub tags: Vec<Tag>,
    /// One of these must be the event's name; empty means any name.
    pub names: Vec<String>,
}

impl Criterion {
    /// Tells whether an event matches.
    #[must_use]
    pub fn matches(&self, name: &str, tags: &[Tag]) -> bool {
        (self.names.is_empty() || self.names.iter().any(|n| n == name))
            && self.tags.iter().all(|tag| tags.contains(tag))
    }
}

impl Criteria {
    /// Tells whether an event matches any criterion.
    #[must_use]
    pub fn matches(&self, name: &str, tags: &[Tag]) -> bool {
        self.0.iter().any(|criterion| criterion.matches(name, tags))
    }
}

/// The head of the snapshot a decision was made on: "everything up to here was seen".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker(pub Position);

/// Which events of a partition a reader wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The stored names; empty means all.
    pub names: Vec<String>,
    /// Tags of which the event must have all; empty means any.
    pub tags: Vec<Tag>,
    /// Only this tenant, or all.
    pub tenant: Option<crate::event::Tenant>,
}

impl Filter {
    /// Every event.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Events with one of these names.
    pub fn names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}
