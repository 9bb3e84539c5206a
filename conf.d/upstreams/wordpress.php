<?php
/*
 * Plugin Name: Resonate edge
 * Description: Who is logged in at the edge is logged in here.
 *
 * For wp-content/mu-plugins/, see wordpress.conf.  Nobody has a password or a
 * session here: each request says who makes it.  A person who is new gets an
 * account with the default role; other roles are given in WordPress.
 */

defined('ABSPATH') || exit;


add_filter('determine_current_user', 'resonate_edge_user', 100);
add_filter('login_url', 'resonate_edge_login_url', 10, 2);
add_filter('logout_url', fn () => '/logout');
add_filter('show_password_fields', '__return_false');
add_filter('allow_password_reset', '__return_false');


function resonate_edge_user() {
    static $known = [];

    $subject = $_SERVER['HTTP_X_RESONATE_USER'] ?? '';
    $issuer = $_SERVER['HTTP_X_RESONATE_ISSUER'] ?? '';

    if ($subject === '' || $issuer === '') {
        return 0;
    }

    $identity = "$issuer $subject";

    if (!array_key_exists($identity, $known)) {
        $known[$identity] = 0;    // for what asks while the account is made
        $known[$identity] = resonate_edge_account($identity);
    }

    return $known[$identity];
}


// The login is found by an index; the meta is the proof that it was made here
// and not registered by somebody else.

function resonate_edge_account($identity) {
    $login = 'resonate-' . substr(hash('sha256', $identity), 0, 32);
    $user = get_user_by('login', $login);

    if ($user) {
        return get_user_meta($user->ID, 'resonate_identity', true) === $identity
               ? $user->ID : 0;
    }

    $name = sanitize_text_field($_SERVER['HTTP_X_RESONATE_NAME'] ?? '');

    $id = wp_insert_user([
        'user_login'   => $login,
        'user_pass'    => wp_generate_password(64),
        'display_name' => $name !== '' ? $name : 'Listener',
        'nickname'     => $name !== '' ? $name : 'Listener',
        'role'         => get_option('default_role'),
        'meta_input'   => ['resonate_identity' => $identity],
    ]);

    // of two first requests at once, one is late: its next one finds it
    return is_wp_error($id) ? 0 : $id;
}


function resonate_edge_login_url($url, $redirect) {
    $path = preg_replace('#^https?://[^/]+#', '', $redirect);

    return '/login?return=' . rawurlencode($path !== '' ? $path : '/');
}


// The pages of wp-admin ask for WordPress's cookie; this one is theirs to
// replace.

function auth_redirect() {
    if (get_current_user_id() === 0) {
        nocache_headers();
        wp_redirect(wp_login_url($_SERVER['REQUEST_URI']));
        exit;
    }
}
