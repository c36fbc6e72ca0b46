use crate::event::{Position, Tag, Tenant};

/// Which events a decision rests on: those that match any of the criteria. No criteria match
/// nothing.
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
    pub fn matches(&self, name: &str, has_tag: impl Fn(&Tag) -> bool) -> bool {
        is_among(name, &self.names) && self.tags.iter().all(has_tag)
    }
}

impl Criteria {
    /// Tells whether an event matches any criterion.
    #[must_use]
    pub fn matches(&self, name: &str, has_tag: impl Fn(&Tag) -> bool) -> bool {
        self.0.iter().any(|criterion| criterion.matches(name, &has_tag))
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
    pub tenant: Option<Tenant>,
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

    /// Tells whether an event is wanted.
    #[must_use]
    pub fn matches(&self, tenant: &Tenant, name: &str, has_tag: impl Fn(&Tag) -> bool) -> bool {
        self.tenant.as_ref().is_none_or(|wanted| wanted == tenant)
            && is_among(name, &self.names)
            && self.tags.iter().all(has_tag)
    }
}

fn is_among(name: &str, names: &[String]) -> bool {
    names.is_empty() || names.iter().any(|n| n == name)
}
