use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token, Type, parenthesized};

use super::{SnapshotArguments, arguments, assigned, stored_name};
use crate::diag::Errors;

/// `#[aggregate(..)]` on a struct.
#[derive(Default)]
pub(crate) struct StructArguments {
    pub(crate) krate: Option<Path>,
    pub(crate) name: Option<LitStr>,
    pub(crate) snapshots: SnapshotArguments,
}

impl StructArguments {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let mut known = vec!["name", "crate"];
        known.extend(SnapshotArguments::KEYS);
        arguments(tokens, "`#[aggregate]` on a struct", &known, errors, |key, input| {
            match key.to_string().as_str() {
                "name" => read.name = Some(stored_name(key, input)?),
                "crate" => read.krate = Some(assigned(key, input, "crate = my::es_core")?),
                _ => read.snapshots.set(key, input)?,
            }
            Ok(())
        });
        read
    }
}

/// `#[aggregate(..)]` on an impl block.
#[derive(Default)]
pub(crate) struct BlockArguments {
    pub(crate) krate: Option<Path>,
    /// `events(derive(..))`: what the sibling enum derives.
    pub(crate) derives: Vec<Path>,
    /// `ignore("OldName", ..)`: stored names that loading passes over.
    pub(crate) ignored: Vec<LitStr>,
    /// `member_events(QuantityChanged, ..)`: events that only members have handlers for.
    pub(crate) member_events: Vec<Type>,
}

impl BlockArguments {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let owner = "`#[aggregate]` on an impl block";
        arguments(
            tokens,
            owner,
            &["events", "ignore", "member_events", "crate"],
            errors,
            |key, input| {
                match key.to_string().as_str() {
                    "events" => {
                        let inner;
                        parenthesized!(inner in input);
                        let word: syn::Ident = inner.parse()?;
                        if word != "derive" {
                            let text =
                                format!("unknown argument `{word}`; `events` takes `derive(..)`");
                            return Err(syn::Error::new_spanned(&word, text));
                        }
                        let list;
                        parenthesized!(list in inner);
                        read.derives = Punctuated::<Path, Token![,]>::parse_terminated(&list)?
                            .into_iter()
                            .collect();
                    }
                    "member_events" => {
                        let list;
                        parenthesized!(list in input);
                        read.member_events =
                            Punctuated::<Type, Token![,]>::parse_terminated(&list)?
                                .into_iter()
                                .collect();
                    }
                    "ignore" => {
                        let list;
                        parenthesized!(list in input);
                        read.ignored = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?
                            .into_iter()
                            .collect();
                    }
                    _ => read.krate = Some(assigned(key, input, "crate = my::es_core")?),
                }
                Ok(())
            },
        );
        read
    }
}
