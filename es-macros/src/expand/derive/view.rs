use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Field, Fields, Ident, Member, Type};

use super::super::hidden;
use super::{fields_of, refuse_generics};
use crate::attr::{MarkedField, MessageArguments, marked_fields};
use crate::diag::Errors;
use crate::paths::Paths;

/// `#[derive(View)]`:
///
/// ```text
/// impl View for OrderSummary {
///     type Key = OrderId;
///     const SCHEMA: ViewSchema = ViewSchema { name: "OrderSummary", indexes: &["status"], hash };
///     fn encode_key(&self, buffer: &mut KeyBuffer) { … }
///     fn index_keys(&self) -> Vec<Vec<u8>> { … }
/// }
/// impl OrderSummary {
///     pub const BY_STATUS: Index<Self, Status> = Index::new(0);
/// }
/// ```
pub(super) fn expand(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let known = ["name", "revision", "crate"];
    let arguments = MessageArguments::read(&input.attrs, "view", &known, errors);
    let Some(fields) = fields_of(input, "View", errors) else {
        return TokenStream::new();
    };
    if refuse_generics(input, "a view", errors) {
        return TokenStream::new();
    }
    let es = Paths::new(arguments.krate.as_ref()).at(input.ident.span());
    let private = es.private();
    let own = &input.ident;
    let name = arguments.name.map_or_else(|| own.to_string(), |name| name.value());
    let keys = keys(fields, own, errors);
    let indexes = indexes(fields, errors);
    let key_type = match &keys[..] {
        [only] => {
            let ty = &only.1.ty;
            quote!(#ty)
        }
        several => {
            let types = several.iter().map(|(_, field)| &field.ty);
            quote!((#(#types,)*))
        }
    };
    // Errors belong to the field's type; `self` and `buffer` to the functions below.
    let place = |ty: &Type| ty.span().resolved_at(own.span());
    let encodes = keys.iter().map(|(member, field)| {
        let ty = &field.ty;
        let es = es.at(ty.span());
        quote_spanned! {place(ty)=>
            <#ty as #es::projection::ViewKey>::encode(&self.#member, buffer);
        }
    });
    let index_names = indexes.iter().map(|(name, _)| name.to_string());
    let index_keys = indexes.iter().map(|(_, MarkedField { member, field, .. })| {
        let ty = &field.ty;
        let es = es.at(ty.span());
        quote_spanned!(place(ty)=> #es::projection::KeyBuffer::of::<#ty>(&self.#member))
    });
    let described = match &arguments.revision {
        Some(revision) => format!("revision {revision}"),
        None => shape(fields),
    };
    let consts = constants(&indexes, &es);
    hidden(quote_spanned! {own.span()=>
        #[automatically_derived]
        impl #es::projection::View for #own {
            type Key = #key_type;
            const SCHEMA: #es::projection::ViewSchema = #es::projection::ViewSchema {
                name: #name,
                indexes: &[#(#index_names),*],
                hash: #private::schema_hash(0xcbf2_9ce4_8422_2325, #described),
            };
            fn encode_key(&self, buffer: &mut #es::projection::KeyBuffer) { #(#encodes)* }
            fn index_keys(&self) -> #private::Vec<#private::Vec<u8>> {
                #private::Vec::from([#(#index_keys),*])
            }
        }
        impl #own { #consts }
    })
}

/// The `#[key]` fields; several make a tuple.
fn keys<'a>(fields: &'a Fields, own: &Ident, errors: &mut Errors) -> Vec<(Member, &'a Field)> {
    let marked = marked_fields(fields, &["key"]);
    if marked.is_empty() {
        errors.push(
            own,
            format!("view `{own}` has no key; mark the field that identifies a row with `#[key]`"),
        );
        // The first field stands in for it, so that nothing else is reported.
        return fields.members().zip(fields).take(1).collect();
    }
    marked.into_iter().map(|marked| (marked.member, marked.field)).collect()
}

/// The `#[index]` fields with the names of their constants.
fn indexes<'a>(fields: &'a Fields, errors: &mut Errors) -> Vec<(Ident, MarkedField<'a>)> {
    let named = |marked: MarkedField<'a>| match &marked.member {
        Member::Named(name) => Some((name.unraw(), marked)),
        Member::Unnamed(_) => {
            errors.push(marked.mark, "an `#[index]` field needs a name: it names the index");
            None
        }
    };
    marked_fields(fields, &["index"]).into_iter().filter_map(named).collect()
}

fn constants(indexes: &[(Ident, MarkedField<'_>)], es: &Paths) -> TokenStream {
    let constant = |(number, (name, marked)): (usize, &(Ident, MarkedField<'_>))| {
        let upper = name.to_string().to_uppercase();
        let constant = format_ident!("BY_{upper}", span = name.span());
        let doc = format!("The index over `{name}`.");
        let (vis, ty) = (&marked.field.vis, &marked.field.ty);
        quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #vis const #constant: #es::projection::Index<Self, #ty> =
                #es::projection::Index::new(#number);
        }
    };
    indexes.iter().enumerate().map(constant).collect()
}

/// Field names, written types and marks, without spaces: those differ between compilers.
fn shape(fields: &Fields) -> String {
    let mut text = String::new();
    for (field, member) in fields.iter().zip(fields.members()) {
        let ty = &field.ty;
        let written = quote!(#member: #ty).to_string();
        text.extend(written.chars().filter(|letter| !letter.is_whitespace()));
        for mark in ["key", "index"] {
            if field.attrs.iter().any(|attribute| attribute.path().is_ident(mark)) {
                text.push('#');
                text.push_str(mark);
            }
        }
        text.push(';');
    }
    text
}
