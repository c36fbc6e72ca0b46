use super::Then;
use crate::aggregate::Aggregate;
use crate::command::{CommandOf, Refusal};
use crate::testing::complaint::{fail, refusal_text};
use crate::testing::diff::diff;
use crate::testing::json::Json;
use crate::testing::paint::Paint;

impl<A: Aggregate, C: CommandOf<A>> Then<A, C> {
    /// Expects this reply. It is compared as the JSON that is remembered under the command's id.
    ///
    /// # Panics
    /// There was another reply, it cannot be remembered as JSON, or the command was not accepted.
    #[track_caller]
    pub fn then_reply(self, reply: C::Reply) -> Self {
        let Some(expected) = Json::of(&reply) else {
            fail("the expected reply cannot be written as JSON");
        };
        let found = match &self.ran.answer {
            Ok(found) => found,
            Err(refusal) => self.refused_instead(&expected, refusal),
        };
        match Json::of(found) {
            Some(found) if found == expected => self,
            Some(found) => {
                let (expected, found) = (format!("{expected:#}\n"), format!("{found:#}\n"));
                let lines = diff(&expected, &found, Paint::of_environment());
                self.fail("another reply", &format!("replied\n{lines}"))
            }
            None => self.fail("a reply", "gave a reply that cannot be written as JSON"),
        }
    }

    #[track_caller]
    fn refused_instead(&self, expected: &Json, refusal: &Refusal<C::Error>) -> ! {
        self.fail(&format!("the reply {expected}"), &refusal_text(refusal))
    }
}
