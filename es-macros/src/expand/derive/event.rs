use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Fields, Member, Type};

use super::super::{hidden, line_of};
use super::refuse_generics;
use crate::attr::{MarkedField, MessageArguments, marked_fields};
use crate::diag::Errors;
use crate::paths::Paths;

/// `#[derive(Event)]`:
///
/// ```text
/// impl Event for OrderCreated {
///     const NAME: &'static str = "OrderCreated";
///     const REVISION: u32 = 1;
///     type Codec = Json;
///     fn tags(&self, tags: &mut Tags) { … }
///     fn decode(revision: u32, payload: &[u8]) -> Result<Self, CodecError> {
///         upcast::<OrderCreatedV1, Self>(revision, payload)
///     }
/// }
/// inventory::submit! { EventEntry::of::<OrderCreated>(file!(), 3) }
/// ```
pub(super) fn expand(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let known = ["name", "revision", "from", "codec", "crate"];
    let arguments = MessageArguments::read(&input.attrs, "event", &known, errors);
    if refuse_generics(input, "an event", errors) {
        return TokenStream::new();
    }
    let es = Paths::new(arguments.krate.as_ref()).at(input.ident.span());
    let private = es.private();
    let own = &input.ident;
    let name = arguments.name.map_or_else(|| own.to_string(), |name| name.value());
    let revision = arguments.revision.map_or_else(|| quote!(0), |number| quote!(#number));
    let codec =
        arguments.codec.map_or_else(|| quote!(#es::event::Json), |codec| codec.to_token_stream());
    let tags = tags(input, &es, errors);
    let decode = arguments.from.as_ref().map(|earlier| upcast(earlier, &es));
    let chain = arguments.from.as_ref().map(|earlier| chain(own, earlier, &es));
    let entry = quote_spanned!(own.span()=> #es::registry::EventEntry::of::<#own>);
    let line = line_of(own.span());
    hidden(quote_spanned! {own.span()=>
        #[automatically_derived]
        impl #es::event::Event for #own {
            const NAME: &'static str = #name;
            const REVISION: u32 = #revision;
            type Codec = #codec;
            #tags
            #decode
        }
        #chain
        #private::inventory::submit! { #entry(::core::file!(), #line) }
    })
}

/// Adds every `#[tag]` field; an absent `Option` adds none.
fn tags(input: &DeriveInput, es: &Paths, errors: &mut Errors) -> Option<TokenStream> {
    let fields = match &input.data {
        syn::Data::Struct(data) => &data.fields,
        syn::Data::Enum(data) => {
            for variant in &data.variants {
                for tagged in marked_fields(&variant.fields, &["tag"]) {
                    errors.push(tagged.mark, "`#[tag]` works on the fields of a struct");
                }
            }
            return None;
        }
        syn::Data::Union(_) => &Fields::Unit,
    };
    let own = input.ident.span();
    let tagged = marked_fields(fields, &["tag"]);
    if tagged.is_empty() {
        return None;
    }
    let adds = tagged.iter().filter_map(|MarkedField { member, field, mark }| {
        let Member::Named(key) = member else {
            errors.push(mark, "a `#[tag]` field needs a name: it is the tag's key");
            return None;
        };
        let key = syn::ext::IdentExt::unraw(key).to_string();
        // Errors belong to the field's type; `self` and `tags` to the function around.
        let ty = &field.ty;
        let place = ty.span().resolved_at(own);
        let es = es.at(place);
        Some(quote_spanned! {place=>
            #es::event::Tags::add_value::<#ty>(tags, #key, &self.#member);
        })
    });
    let adds: Vec<_> = adds.collect();
    Some(quote_spanned!(own=> fn tags(&self, tags: &mut #es::event::Tags) { #(#adds)* }))
}

fn upcast(earlier: &Type, es: &Paths) -> TokenStream {
    let private = es.private();
    let call = quote_spanned!(earlier.span()=> #private::upcast::<#earlier, Self>);
    quote! {
        fn decode(
            revision: u32,
            payload: &[u8],
        ) -> #private::Result<Self, #es::event::CodecError> {
            #call(revision, payload)
        }
    }
}

/// A chain leads from one revision of a stored name to a higher one of the same name.
fn chain(own: &syn::Ident, earlier: &Type, es: &Paths) -> TokenStream {
    let private = es.private();
    let shown = quote!(#earlier).to_string();
    let other_name = format!(
        "`{shown}` has another stored name than `{own}`; a chain stays with one name: give \
         `{shown}` the same with `#[event(name = \"…\")]`"
    );
    let no_lower = format!(
        "the revision of `{shown}` is not lower than that of `{own}`; raise `{own}` with \
         `#[event(revision = …)]`"
    );
    let event = quote!(#es::event::Event);
    quote_spanned! {earlier.span()=>
        const _: () = {
            ::core::assert!(
                #private::is_same_name(<#earlier as #event>::NAME, <#own as #event>::NAME),
                #other_name
            );
            ::core::assert!(
                <#earlier as #event>::REVISION < <#own as #event>::REVISION,
                #no_lower
            );
        };
    }
}
