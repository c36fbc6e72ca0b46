//! Items whose bodies stay raw tokens.
//!
//! `syn::ItemImpl` parses every body, so one half-typed `self.` in an editor would kill the whole
//! expansion: all handlers would vanish and every `send` in the crate would turn red. Here only
//! signatures are parsed; a body is one brace group that goes out as it came in, token for token.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Generics, ImplItem, Signature, Token, Type, Visibility, token};

/// An `impl` block of which only the methods' signatures have been read.
pub(crate) struct LightImpl {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) generics: Generics,
    /// The trait and the `for` after it: refused by every macro here, but printed as it came.
    pub(crate) trait_: Option<(Type, Token![for])>,
    pub(crate) self_ty: Type,
    pub(crate) items: Vec<LightItem>,
}

/// One item of the block.
pub(crate) enum LightItem {
    Method(Box<LightFn>),
    Other(TokenStream),
}

/// A method or a free function with its body left alone.
pub(crate) struct LightFn {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

impl LightImpl {
    /// The block's methods.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &LightFn> {
        self.items.iter().filter_map(|item| match item {
            LightItem::Method(method) => Some(&**method),
            LightItem::Other(_) => None,
        })
    }

    /// The block's methods, to be changed.
    pub(crate) fn methods_mut(&mut self) -> impl Iterator<Item = &mut LightFn> {
        self.items.iter_mut().filter_map(|item| match item {
            LightItem::Method(method) => Some(&mut **method),
            LightItem::Other(_) => None,
        })
    }
}

impl Parse for LightImpl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let unsafety = input.parse()?;
        input.parse::<Token![impl]>()?;
        let mut generics: Generics =
            if input.peek(Token![<]) { input.parse()? } else { Generics::default() };
        let first: Type = input.parse()?;
        let (trait_, self_ty) = match input.parse::<Option<Token![for]>>()? {
            Some(for_) => (Some((first, for_)), input.parse()?),
            None => (None, first),
        };
        generics.where_clause = input.parse()?;
        let content;
        syn::braced!(content in input);
        let mut items = vec![];
        while !content.is_empty() {
            items.push(content.parse()?);
        }
        Ok(Self { attrs, unsafety, generics, trait_, self_ty, items })
    }
}

impl Parse for LightItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let fork = input.fork();
        if let Ok(method) = fork.parse() {
            input.advance_to(&fork);
            return Ok(Self::Method(Box::new(method)));
        }
        let fork = input.fork();
        if let Ok(item) = fork.parse::<ImplItem>() {
            input.advance_to(&fork);
            return Ok(Self::Other(item.into_token_stream()));
        }
        // Half-typed: rustc reports the syntax error in the tokens; the items after it still count.
        let mut skipped = TokenStream::new();
        while !input.is_empty() {
            let tree: TokenTree = input.parse()?;
            let ends = is_end(&tree);
            skipped.extend([tree]);
            if ends {
                break;
            }
        }
        Ok(Self::Other(skipped))
    }
}

fn is_end(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

impl Parse for LightFn {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let defaultness = input.parse()?;
        let sig = input.parse()?;
        if !input.peek(token::Brace) {
            return Err(input.error("expected a function with a body"));
        }
        Ok(Self { attrs, vis, defaultness, sig, body: input.parse()? })
    }
}

impl ToTokens for LightImpl {
    fn to_tokens(&self, out: &mut TokenStream) {
        let Self { attrs, unsafety, generics, trait_, self_ty, items } = self;
        let where_clause = &generics.where_clause;
        let trait_ = trait_.as_ref().map(|(path, for_)| quote!(#path #for_));
        out.extend(quote! {
            #(#attrs)* #unsafety impl #generics #trait_ #self_ty #where_clause { #(#items)* }
        });
    }
}

impl ToTokens for LightItem {
    fn to_tokens(&self, out: &mut TokenStream) {
        match self {
            Self::Method(method) => method.to_tokens(out),
            Self::Other(tokens) => tokens.to_tokens(out),
        }
    }
}

impl ToTokens for LightFn {
    fn to_tokens(&self, out: &mut TokenStream) {
        let Self { attrs, vis, defaultness, sig, body } = self;
        out.extend(quote!(#(#attrs)* #vis #defaultness #sig #body));
    }
}
