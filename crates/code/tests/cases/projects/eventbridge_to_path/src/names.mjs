export const fileFor = ({ author, title = 'untitled' }) => ['/mnt/notes', author, title].join('/');
