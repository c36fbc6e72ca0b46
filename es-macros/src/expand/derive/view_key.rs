use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Fields};

use super::super::hidden;
use super::refuse_generics;
use crate::attr::MessageArguments;
use crate::diag::Errors;
use crate::paths::Paths;

/// `#[derive(ViewKey)]` on an enum without fields: stored and ordered by its variants' names, so
/// that a new variant in between moves no row.
///
/// ```text
/// impl ViewKey for Status {
///     fn encode(&self, buffer: &mut KeyBuffer) {
///         match self { Self::Open => buffer.text("Open"), … }
///     }
/// }
/// ```
pub(super) fn expand(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let arguments = MessageArguments::read(&input.attrs, "view_key", &["crate"], errors);
    if refuse_generics(input, "a view key", errors) {
        return TokenStream::new();
    }
    let own = &input.ident;
    let Data::Enum(data) = &input.data else {
        errors.push(
            own,
            "`#[derive(ViewKey)]` goes on an enum without fields; a newtype over an id derives \
             `AggregateId`",
        );
        return TokenStream::new();
    };
    for variant in data.variants.iter().filter(|v| !matches!(v.fields, Fields::Unit)) {
        errors.push(&variant.fields, "a view key's variants have no fields");
    }
    let es = Paths::new(arguments.krate.as_ref()).at(input.ident.span());
    let arms = data.variants.iter().map(|variant| {
        let ident = &variant.ident;
        let name = syn::ext::IdentExt::unraw(ident).to_string();
        quote!(Self::#ident { .. } => buffer.text(#name))
    });
    let names = data.variants.iter().map(|variant| {
        let ident = &variant.ident;
        let name = syn::ext::IdentExt::unraw(ident).to_string();
        quote!(Self::#ident { .. } => #name)
    });
    let private = es.private();
    hidden(quote_spanned! {own.span()=>
        #[automatically_derived]
        impl #es::projection::ViewKey for #own {
            fn encode(&self, buffer: &mut #es::projection::KeyBuffer) {
                match *self { #(#arms),* }
            }
        }
        #[automatically_derived]
        impl #es::event::TagValue for #own {
            fn tag_value(&self) -> #private::Option<#private::Cow<'_, str>> {
                #private::Some(#private::Cow::Borrowed(match *self { #(#names),* }))
            }
        }
    })
}
