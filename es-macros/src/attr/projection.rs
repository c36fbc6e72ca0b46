use proc_macro2::TokenStream;
use syn::{LitInt, LitStr, Path};

use super::{arguments, assigned, stored_name};
use crate::diag::Errors;

/// `#[projection(..)]`.
#[derive(Default)]
pub(crate) struct ProjectionArguments {
    pub(crate) krate: Option<Path>,
    pub(crate) name: Option<LitStr>,
    pub(crate) processor: Option<LitStr>,
    pub(crate) version: Option<LitInt>,
}

impl ProjectionArguments {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let known = ["name", "processor", "version", "crate"];
        arguments(tokens, "`#[projection]`", &known, errors, |key, input| {
            match key.to_string().as_str() {
                "name" => read.name = Some(stored_name(key, input)?),
                "processor" => read.processor = Some(stored_name(key, input)?),
                "version" => {
                    let number: LitInt = assigned(key, input, "version = 2")?;
                    number.base10_parse::<u32>()?;
                    read.version = Some(number);
                }
                _ => read.krate = Some(assigned(key, input, "crate = my::es_core")?),
            }
            Ok(())
        });
        read
    }
}
