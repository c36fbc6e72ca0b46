use syn::{Attribute, LitInt, LitStr, Path, Type};

use super::{arguments, assigned, checked_name, inside, listed, stored_name};
use crate::diag::Errors;

/// The arguments of `#[command(..)]`, `#[event(..)]`, `#[query(..)]`, `#[view(..)]`.
#[derive(Default)]
pub(crate) struct MessageArguments {
    pub(crate) krate: Option<Path>,
    pub(crate) name: Option<LitStr>,
    pub(crate) revision: Option<LitInt>,
    pub(crate) from: Option<Type>,
    pub(crate) renamed_from: Vec<LitStr>,
    pub(crate) former_tags: Vec<LitStr>,
    pub(crate) upcast_from: Vec<Type>,
    pub(crate) upcast_into: Option<Type>,
    pub(crate) codec: Option<Type>,
    pub(crate) answer: Option<Type>,
}

impl MessageArguments {
    /// Reads every `#[owner(..)]` among the attributes; `known` are the keys that `owner` takes.
    pub(crate) fn read(
        attributes: &[Attribute],
        owner: &str,
        known: &[&str],
        errors: &mut Errors,
    ) -> Self {
        let mut read = Self::default();
        let shown = format!("`#[{owner}]`");
        for attribute in attributes.iter().filter(|a| a.path().is_ident(owner)) {
            let tokens = inside(attribute, errors);
            arguments(tokens, &shown, known, errors, |key, input| {
                match key.to_string().as_str() {
                    "name" => read.name = Some(stored_name(key, input)?),
                    "revision" => {
                        let number: LitInt = assigned(key, input, "revision = 2")?;
                        number.base10_parse::<u32>()?;
                        read.revision = Some(number);
                    }
                    "from" => read.from = Some(assigned(key, input, "from = OrderCreatedV1")?),
                    "renamed_from" => {
                        read.renamed_from = listed(key, input, "renamed_from(\"OldName\")")?;
                        read.renamed_from.iter().try_for_each(checked_name)?;
                    }
                    "former_tags" => {
                        read.former_tags = listed(key, input, "former_tags(\"old_field\")")?;
                    }
                    "upcast_from" => {
                        read.upcast_from = listed(key, input, "upcast_from(OldEvent)")?;
                    }
                    "upcast_into" => {
                        let example = "upcast_into = (OrderMoved, Option<OrderRenamed>)";
                        read.upcast_into = Some(assigned(key, input, example)?);
                    }
                    "codec" => read.codec = Some(assigned(key, input, "codec = Json")?),
                    "answer" => {
                        read.answer = Some(assigned(key, input, "answer = Option<Summary>")?)
                    }
                    _ => read.krate = Some(assigned(key, input, "crate = my::es_core")?),
                }
                Ok(())
            });
        }
        read
    }
}
