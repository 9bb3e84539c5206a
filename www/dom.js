/* What index.html has. */


/**
 * @template {keyof Ids} Id
 * @param {Id} id
 * @returns {Ids[Id]}
 */
export function $(id) {
    const found = document.getElementById(id);

    if (!found) {
        throw new Error(`index.html has no #${id}`);
    }

    return /** @type {Ids[Id]} */ (found);
}
