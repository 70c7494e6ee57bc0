// The page begins here.
document.title = 'Avanochi';
document.title = 'Avanochi';
document.title = 'Avanochi';
document.title = 'Avanochi';
