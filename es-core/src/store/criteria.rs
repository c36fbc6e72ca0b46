use std::borrow::Cow;

use crate::event::{Event, Lineage, Position, Tag, TagValue, Tenant};

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
    /// What matches both; nothing does where they have no name in common.
    fn and(&self, other: &Self) -> Option<Self> {
        let names = match (self.names.is_empty(), other.names.is_empty()) {
            (true, _) => other.names.clone(),
            (_, true) => self.names.clone(),
            _ => {
                let shared = self.names.iter().filter(|name| other.names.contains(name));
                let shared: Vec<_> = shared.cloned().collect();
                if shared.is_empty() {
                    return None;
                }
                shared
            }
        };
        let mut tags = self.tags.clone();
        tags.extend(other.tags.iter().filter(|tag| !self.tags.contains(tag)).cloned());
        Some(Self { tags, names })
    }

    /// Tells whether an event matches.
    #[must_use]
    pub fn matches(&self, name: &str, has_tag: impl Fn(&Tag) -> bool) -> bool {
        is_among(name, &self.names) && self.tags.iter().all(has_tag)
    }
}

impl Criteria {
    /// Events with this tag: a `#[tag]` field and its value, or an aggregate's stored name and id.
    ///
    /// ```
    /// # use es_core::store::Criteria;
    /// let seats = Criteria::tag("course", "C1").or(Criteria::tag("student", "S7"));
    /// # assert_eq!(seats.0.len(), 2);
    /// ```
    ///
    /// No event has a tag without a value, so an absent `Option` matches nothing.
    pub fn tag<V: TagValue + ?Sized>(key: impl Into<Cow<'static, str>>, value: &V) -> Self {
        let tag = value.tag_value().map(|value| Tag::new(key, value));
        let with = |tag| Criterion { tags: vec![tag], names: Vec::new() };
        Self(tag.map(with).into_iter().collect())
    }

    /// Events of this type, also those that were stored under a name of earlier days.
    #[must_use]
    pub fn event<E: Event>() -> Self {
        Self(vec![Criterion { tags: Vec::new(), names: stored_names::<E>() }])
    }

    /// Events that match both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let pairs = self.0.iter().flat_map(|one| other.0.iter().map(move |two| one.and(two)));
        Self(pairs.flatten().collect())
    }

    /// Events that match one or the other, or both.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The criteria with the names of earlier days beside those of today.
    #[must_use]
    pub(crate) fn with_earlier_names(
        mut self,
        known: impl Iterator<Item = &'static Lineage> + Clone,
    ) -> Self {
        self.0.iter_mut().for_each(|it| add_earlier_names(&mut it.names, known.clone()));
        self
    }

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

    /// Events of this type, also those that were stored under a name of earlier days.
    ///
    /// [`RecordedEvent::events`](crate::event::RecordedEvent::events) finds them in the rows.
    #[must_use]
    pub fn event<E: Event>() -> Self {
        Self { names: stored_names::<E>(), ..Self::default() }
    }

    /// Events with one of these stored names.
    pub fn names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The filter with the names of earlier days beside those of today.
    #[must_use]
    pub(crate) fn with_earlier_names(
        mut self,
        known: impl Iterator<Item = &'static Lineage> + Clone,
    ) -> Self {
        add_earlier_names(&mut self.names, known);
        self
    }

    /// Tells whether an event is wanted.
    #[must_use]
    pub fn matches(&self, tenant: &Tenant, name: &str, has_tag: impl Fn(&Tag) -> bool) -> bool {
        self.tenant.as_ref().is_none_or(|wanted| wanted == tenant)
            && is_among(name, &self.names)
            && self.tags.iter().all(has_tag)
    }
}

fn stored_names<E: Event>() -> Vec<String> {
    E::LINEAGE.names().into_iter().map(str::to_owned).collect()
}

fn add_earlier_names(
    names: &mut Vec<String>,
    known: impl Iterator<Item = &'static Lineage> + Clone,
) {
    for asked in names.clone() {
        for name in known.clone().filter(|it| it.name == asked).flat_map(Lineage::names) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
}

fn is_among(name: &str, names: &[String]) -> bool {
    names.is_empty() || names.iter().any(|n| n == name)
}
