use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Fields};

use super::super::hidden;
use super::{fields_of, refuse_generics};
use crate::attr::MessageArguments;
use crate::diag::Errors;
use crate::paths::Paths;

/// `#[derive(AggregateId)]` on a newtype: the text form is that of the field.
///
/// ```text
/// impl AggregateId for OrderId {
///     fn to_text(&self) -> Cow<'_, str> { AggregateId::to_text(&self.0) }
///     fn from_text(text: &str) -> Result<Self, InvalidId> { … }
/// }
/// impl Display for OrderId { … }
/// impl FromStr for OrderId { … }
/// impl TagValue for OrderId { … }
/// impl ViewKey for OrderId { … }
/// ```
pub(super) fn expand(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let arguments = MessageArguments::read(&input.attrs, "aggregate_id", &["crate"], errors);
    let Some(fields) = fields_of(input, "AggregateId", errors) else {
        return TokenStream::new();
    };
    if refuse_generics(input, "an aggregate id", errors) {
        return TokenStream::new();
    }
    let mut members = fields.iter().zip(fields.members());
    let (Some((field, member)), None) = (members.next(), members.next()) else {
        errors.push(
            &input.ident,
            "`#[derive(AggregateId)]` goes on a struct with one field, a string, an integer or a \
             UUID",
        );
        return TokenStream::new();
    };
    let paths = Paths::new(arguments.krate.as_ref());
    let (own, inner) = (&input.ident, &field.ty);
    let built = match fields {
        Fields::Named(_) => quote_spanned!(own.span()=> Self { #member: inner }),
        Fields::Unnamed(_) | Fields::Unit => quote_spanned!(own.span()=> Self(inner)),
    };
    let es = paths.at(inner.span());
    // The field's impls are called, not the newtype's own: what the newtype lacks is reported at
    // its header alone.
    let delegate = quote_spanned!(inner.span()=> <#inner as #es::aggregate::AggregateId>);
    let key = quote_spanned!(inner.span()=> <#inner as #es::projection::ViewKey>);
    let es = paths.at(own.span());
    let private = es.private();
    let identity = quote_spanned! {own.span()=>
        #[automatically_derived]
        impl #es::aggregate::AggregateId for #own {
            fn to_text(&self) -> #private::Cow<'_, str> { #delegate::to_text(&self.#member) }
            fn from_text(text: &str) -> #private::Result<Self, #es::event::InvalidId> {
                let inner = #delegate::from_text(text)?;
                #private::Ok(#built)
            }
        }
        #[automatically_derived]
        impl ::core::str::FromStr for #own {
            type Err = #es::event::InvalidId;
            fn from_str(text: &str) -> #private::Result<Self, Self::Err> {
                let inner = #delegate::from_text(text)?;
                #private::Ok(#built)
            }
        }
    };
    hidden(quote! {
        #identity
        #[automatically_derived]
        impl ::core::fmt::Display for #own {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(&#delegate::to_text(&self.#member))
            }
        }
        #[automatically_derived]
        impl #es::event::TagValue for #own {
            fn tag_value(&self) -> #private::Option<#private::Cow<'_, str>> {
                #private::Some(#delegate::to_text(&self.#member))
            }
        }
        #[automatically_derived]
        impl #es::projection::ViewKey for #own {
            fn encode(&self, buffer: &mut #es::projection::KeyBuffer) {
                #key::encode(&self.#member, buffer);
            }
        }
    })
}
