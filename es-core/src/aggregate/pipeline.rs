/// How many batches of one aggregate may be in flight at once.
///
/// As many as there are, until another node changes the aggregate: then each batch would undo all
/// that were decided on it. So it shrinks to one, and doubles with every clean round.
#[derive(Debug, Default)]
pub(crate) struct Pipeline {
    /// `None` without a limit.
    limit: Option<usize>,
    /// Batches that were stored since the limit changed.
    stored: usize,
}

/// A limit beyond this holds nobody up.
const WIDE: usize = 64;

impl Pipeline {
    /// Somebody else changed the aggregate.
    pub(crate) fn shrink(&mut self) {
        *self = Self { limit: Some(1), stored: 0 };
    }

    pub(super) fn is_full(&self, in_flight: usize) -> bool {
        self.limit.is_some_and(|limit| in_flight >= limit)
    }

    /// A batch was stored.
    pub(super) fn stored(&mut self) {
        let Some(limit) = self.limit else { return };
        self.stored += 1;
        if self.stored >= limit {
            *self = Self { limit: Some(limit * 2).filter(|limit| *limit <= WIDE), stored: 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shrinks_to_one_and_doubles_with_each_clean_round() {
        let mut pipeline = Pipeline::default();
        assert!(!pipeline.is_full(1000));
        pipeline.shrink();
        let mut limits = Vec::new();
        while pipeline.is_full(1000) {
            let limit = (1..).find(|it| pipeline.is_full(*it)).unwrap();
            (0..limit).for_each(|_| pipeline.stored());
            limits.push(limit);
        }
        assert_eq!(limits, [1, 2, 4, 8, 16, 32, 64]);
    }
}
